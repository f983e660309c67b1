"""What Leo knows: counts in layers, the centers he starts from, the themes they form."""
