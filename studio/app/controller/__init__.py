"""The only ones that change the document and start flows; pages and widgets are told and never asked."""
