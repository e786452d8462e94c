"""Pictures that explain a trained network: `pictures.py` lists them, `style.py` has the rules they all share."""
