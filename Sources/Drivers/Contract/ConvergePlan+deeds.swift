extension ConvergePlan {
    /// Whether a container is made or started: either needs the chain's network.
    package var needsNetwork: Bool { steps.contains(where: \.needsNetwork) }
}

extension ConvergePlan.Step {
    package var makes: Bool {
        switch step {
        case .create, .replace: true
        case .keep, .start, .stop, .absent: false
        }
    }

    package var needsNetwork: Bool {
        if case .start = step { true } else { makes }
    }

    /// Whether the node's files are put into their places.
    /// - Parameter fresh: containers that were never started.
    package func needsFiles(_ fresh: Set<String>) -> Bool {
        if case .start(let id) = step { fresh.contains(id) } else { makes }
    }

    package var changes: Bool { step != .keep && step != .absent }

    /// For people, after it was done.
    package var deed: String {
        switch step {
        case .keep: "is as it should be"
        case .create: "was made"
        case .replace: "was replaced"
        case .start: "was started"
        case .stop: "was stopped"
        case .absent: "is gone"
        }
    }
}
