Console.WriteLine("usage: dotnet run -c Release --project bench/Attend.Bench -- <name>");
