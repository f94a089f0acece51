namespace Attend.App;

internal static class Program
{
    private static int Main(string[] arguments)
    {
        Console.WriteLine(arguments.Length);
        return 0;
    }
}
