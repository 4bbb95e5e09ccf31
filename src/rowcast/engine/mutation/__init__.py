"""What writing is made of: casting payloads, filling specials, checking, nested rows, history. The verbs are one level up."""
