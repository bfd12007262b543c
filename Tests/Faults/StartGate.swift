import Programs

/// Lets few installations begin at a time. A beginning takes a dozen processes, a virtual host and its queues; later they mostly wait.
/// All at once they starve the broker, which takes queues back that it could not make in time, and what is tested is the machine.
actor StartGate {
    static let shared = StartGate(width: 3)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    private init(width: Int) { free = width }

    /// Makes one when it is its turn. The turn lasts until it is ended: when the installation has a host.
    func installation(on servers: Servers) async throws -> (TestInstallation, Turn) {
        let turn = await enter()
        do {
            return (try await TestInstallation("faults", on: servers), turn)
        } catch {
            await turn.end()
            throw error
        }
    }

    private func enter() async -> Turn {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
        return Turn(gate: self)
    }

    private func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }

    /// One beginning. Only its first end counts.
    actor Turn {
        private let gate: StartGate
        private var isOver = false

        init(gate: StartGate) { self.gate = gate }

        func end() async {
            guard !isOver else { return }
            isOver = true
            await gate.leave()
        }
    }
}
