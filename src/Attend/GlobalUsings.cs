// Attend's own layer, not TorchSharp's, wherever a model says Linear.
global using Linear = Attend.Layers.Linear;
