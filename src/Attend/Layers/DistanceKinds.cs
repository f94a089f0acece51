namespace Attend.Layers;

/// <summary>Which learned number stands for a distance (Raffel et al. 2020, arXiv:1910.10683, section 2.1): half of the kinds are single distances, the rest grow geometrically.</summary>
internal static class DistanceKinds
{
    /// <summary>The kind of a distance.</summary>
    /// <param name="distance">Key's position less the query's.</param>
    /// <param name="count">Number of kinds.</param>
    /// <param name="greatest">From this distance on, all are of the last kind.</param>
    /// <param name="oneSided">Whether only what lies before the query is told apart, as in a decoder; otherwise the upper half of the kinds is for what lies after it.</param>
    public static long Of(int distance, int count, int greatest, bool oneSided)
    {
        var first = 0;
        if (oneSided) distance = Math.Max(0, -distance);
        else
        {
            count /= 2;
            if (distance > 0) first = count;
            distance = Math.Abs(distance);
        }
        var exact = count / 2;
        if (distance < exact) return first + distance;
        // In single precision, as the published models were computed.
        var growth = MathF.Log((float)distance / exact) / MathF.Log((float)greatest / exact);
        return first + Math.Min(count - 1, exact + (int)(growth * (count - exact)));
    }
}
