"""Files: bytes and the rows about them, taken in, shown, made into other pictures and taken away together."""
