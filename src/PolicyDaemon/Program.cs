System.Console.WriteLine("PolicyDaemon");
