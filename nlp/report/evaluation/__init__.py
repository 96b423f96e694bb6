"""An evaluation as a page: how well a model agrees with labels, where it errs, and when to ask a person."""
