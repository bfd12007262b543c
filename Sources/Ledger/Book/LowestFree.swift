/// The lowest numbers of a range that are not taken, at most `count` of them.
///
/// - Parameter taken: in rising order.
func lowestFree(_ count: Int, in range: Range<Int>, taken: [Int]) -> [Int] {
    var free: [Int] = []
    var next = range.lowerBound
    for number in taken + [range.upperBound] {
        while next < min(number, range.upperBound), free.count < count {
            free.append(next)
            next += 1
        }
        next = max(next, number + 1)
    }
    return free
}
