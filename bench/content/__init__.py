"""How long checking and compiling content takes, and how much memory a large catalogue holds."""
