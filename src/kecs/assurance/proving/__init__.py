"""Evidence, and the codes and letters that give it."""
