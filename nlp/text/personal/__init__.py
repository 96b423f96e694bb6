"""Finding personal data: numbers, places, names, and answers to an agent's questions."""
