"""Many predictions to few numbers: shares, trends, word of mouth, phrases, and where the journey breaks."""
