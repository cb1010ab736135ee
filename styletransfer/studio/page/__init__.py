"""The page, drawn by Streamlit."""
