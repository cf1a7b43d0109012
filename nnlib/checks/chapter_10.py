"""What a right answer does, in the exercises of chapter 10, Starting well."""
