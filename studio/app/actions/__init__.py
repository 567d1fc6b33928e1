"""What a user can do, as rows: menus, shortcuts, the palette, help and tests are loops over them."""
