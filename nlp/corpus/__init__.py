"""Files to Documents, and classified Documents back to files."""
