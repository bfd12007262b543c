import Testing

@testable import Ledger

@Suite struct LowestFreeTests {
    @Test(arguments: [
        (1, 0..<3, [], [0]), (2, 0..<3, [0], [1, 2]), (5, 0..<3, [1], [0, 2]), (1, 0..<3, [0, 1, 2], []),
        (2, 10..<14, [-5, 3, 10, 12, 99], [11, 13]), (0, 0..<3, [], []),
    ])
    func gapsAreFilledFirst(_ count: Int, _ range: Range<Int>, _ taken: [Int], _ free: [Int]) {
        #expect(lowestFree(count, in: range, taken: taken) == free)
    }
}
