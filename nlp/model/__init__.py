"""Text to probabilities to labels: tokens, ONNX Runtime, decision, evidence."""
