import Drivers

extension ConvergePlan {
    /// Whether a container is made or started: either needs the chain's network.
    var needsNetwork: Bool { steps.contains(where: \.needsNetwork) }
}

extension ConvergePlan.Step {
    var makes: Bool {
        switch step {
        case .create, .replace: true
        case .keep, .start, .stop, .absent: false
        }
    }

    var needsNetwork: Bool {
        if case .start = step { true } else { makes }
    }

    var changes: Bool { step != .keep && step != .absent }

    /// For people, after it was done.
    var deed: String {
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
