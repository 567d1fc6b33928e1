"""What a file would do if it were opened, judged without opening it: no torch, nothing runs, little memory."""
