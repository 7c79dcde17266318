"""What the player does, turned into orders."""
