"""Charts as plain values: what to draw, in two languages, for Plotly to draw in the reader's browser."""
