"""The data that window, command line and jobs share: plain, frozen, checked, without torch and without Qt."""
