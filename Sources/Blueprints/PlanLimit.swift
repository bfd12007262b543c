/// How much a plan may hold: a chain's subnet has 61 addresses for nodes and tasks, and a command, 4 MiB at most, carries the plan.
enum PlanLimit {
    static let nodes = 64
    static let tasks = 64
    static let addresses = 61
    static let secrets = 64
    static let authorities = 64
    static let certificates = 256
    static let namesOfCertificate = 16
    static let connectionFiles = 256
    /// Of one node or task each.
    static let hostNames = 8
    static let ports = 16
    static let volumes = 16
    static let files = 64
    static let arguments = 256
    static let variables = 256
    static let gives = 8
    /// One text: a file, an argument, a variable.
    static let textBytes = 65_536
    /// All texts together; a command carries them.
    static let planBytes = 2_097_152
}
