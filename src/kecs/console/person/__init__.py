"""A person's page: all that is known of her, what is wrong and what happened, in sentences, with the way to each repair."""
