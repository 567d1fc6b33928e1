"""Every network that we define: for playing, training and export alike."""
