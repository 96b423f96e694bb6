"""Text to text: cleaning, masking, turns and sentences, morphemes, near-duplicates."""
