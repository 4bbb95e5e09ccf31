"""What is asked: the tree, and its readers."""
