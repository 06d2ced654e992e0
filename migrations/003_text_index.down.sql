DROP TABLE pgembed.relevance;
DROP TABLE pgembed.fusion;
DROP TABLE pgembed.text_term;
DROP TABLE pgembed.text_index;
