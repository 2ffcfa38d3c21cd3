"""What a merge of two records does to those who hold them: their evidence, and the mails that tell them."""
