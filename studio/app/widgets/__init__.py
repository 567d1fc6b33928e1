"""What is seen and touched: widgets show and signal, they never decide."""
