import Foundation
import Testing

/// The design's truths under faults: thousands of runs, each from its seed. A failing one prints itself, as short as it gets.
///
/// `CONTINUO_SIMULATION_SEEDS` says how many (2,000 unless said), `CONTINUO_SIMULATION_FROM` from which (1). A trace repeats
/// itself only with `SWIFT_DETERMINISTIC_HASHING=1`, which `ops/test simulation` sets.
@Suite struct SimulationTests {
    @Test(arguments: [0, 1])
    func truthsHoldUnderFaults(half: Int) async {
        let (first, count) = (Self.number("FROM") ?? 1, Self.number("SEEDS") ?? 2000)
        #expect(count > 0, "no seed is no proof")
        for seed in first..<first + max(count, 0) where seed % 2 == half {
            let run = Run(seed: UInt64(seed))
            guard run.play() != nil else { continue }
            Self.report(seed, run)
            return
        }
    }

    private static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment["CONTINUO_SIMULATION_" + name].flatMap { Int($0) }
    }

    private static func report(_ seed: Int, _ run: Run) {
        let shortest = run.shrunk()
        let (failure, trace) = shortest.play(isTraced: true) ?? ("not again: set SWIFT_DETERMINISTIC_HASHING=1", [])
        Issue.record(
            """
            seed \(seed): \(failure)
            \(shortest.steps.count) of \(run.steps.count) steps:
            \(trace.suffix(130).joined(separator: "\n"))
            """)
    }
}
