"""From examples to a model folder. Torch, transformers and datasets are imported here and nowhere else."""
