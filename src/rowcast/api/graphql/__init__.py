"""The GraphQL door: documents ⇄ questions and verbs of the engine. Must not be imported before somebody asks: it loads the GraphQL
library."""
