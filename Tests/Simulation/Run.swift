import Model

@testable import Ledger

/// One run: its seed, and a number for each step that says what happens in it. Steps can be left out, which is how a failing run
/// is made short.
struct Run {
    static let length = 260

    var seed: UInt64
    var steps: [UInt64]

    init(seed: UInt64) {
        self.seed = seed
        var chance = Chance(seed: seed &+ 1)
        steps = (0..<Self.length).map { _ in chance.next() }
    }

    /// What went wrong, if anything did, with the trace when it is wanted.
    func play(isTraced: Bool = false) -> (failure: String, trace: [String])? {
        do {
            let world = try World(seed: seed, isTraced: isTraced)
            do {
                try world.warmUp()
                for step in steps { try world.step(step) }
                try world.rest(seed)
                return nil
            } catch {
                return ("\(error)", world.trace)
            }
        } catch {
            return ("\(error)", [])
        }
    }

    /// Leaves out whatever can be left out so that a run still fails alike.
    func shrunk() -> Run {
        let kind = failureKind
        var shortest = self
        var chunk = steps.count / 2
        while chunk > 0 {
            var start = 0
            while start < shortest.steps.count {
                var shorter = shortest
                shorter.steps.removeSubrange(start..<min(start + chunk, shortest.steps.count))
                if shorter.failureKind == kind { shortest = shorter } else { start += chunk }
            }
            chunk /= 2
        }
        return shortest
    }

    /// What went wrong, without what is this run's own: ids, and words with a digit.
    private var failureKind: [Substring]? {
        play()?.failure.replacing(/[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/, with: "")
            .split { !$0.isLetter && !$0.isNumber }.filter { !$0.contains(where: \.isNumber) && $0.count < 30 }
    }
}

extension World {
    /// The hosts are there, and one chain runs.
    func warmUp() throws {
        faults = false
        for _ in 0..<60 { try step(chance.next()) }
        faults = true
    }

    /// One thing happens, and a little time passes.
    func step(_ number: UInt64) throws {
        chance = Chance(seed: number)
        now += chance.happens(faults ? 4 : 1) ? Double(chance.below(20)) : Double(chance.below(faults ? 8 : 4)) / 10
        try landCalls()
        switch chance.below(100) {
        case ..<40: try agentStep(chance.below(agents.count))
        case ..<54: relayStep(chance.below(relays.count))
        case ..<86: try watchdogStep(chance.below(watchdogs.count))
        case ..<96: if faults { try peopleStep() }
        default: if faults { natureStep() }
        }
    }

    /// Faults stop. Whatever is left to be done gets the time it needs.
    func rest(_ seed: UInt64) throws {
        say("faults stop")
        faults = false
        linesLeft = trace.count + 40
        for host in hosts.keys { hosts[host]?.isReachable = true }
        var steps = Chance(seed: seed &+ 2)
        // Some things need several watchdog steps of the same kind in the right moments; most runs are still long before.
        for _ in 0..<250 {
            for _ in 0..<100 { try step(steps.next()) }
            if isStill {
                try checkStillness()
                return
            }
        }
        try checkStillness()
        throw Violation(description: "the world does not come to rest")
    }

    private var isStill: Bool {
        broker.commands.isEmpty && tables.outbox.isEmpty && calls.isEmpty
            && agents.allSatisfy(\.works.isEmpty)
            && tables.work.values.allSatisfy(\.operation.status.hasEnded)
            && (try? checkStillness()) != nil
    }
}
