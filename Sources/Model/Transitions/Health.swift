extension Chain {
    /// The chain's health from its nodes, with the first node at fault and why.
    ///
    /// A node that is still `starting` says nothing new: what was known before stays.
    func assessedHealth() -> (ChainHealth, String?) {
        let wanted = nodes.filter { desired.power(of: $0.name) == .running }
        let bad = wanted.filter(\.isBad)
        if let first = bad.first {
            return (bad.count == wanted.count ? .unhealthy : .degraded, "\(first.name): \(first.detail ?? first.condition)")
        }
        if wanted.contains(where: { $0.health == .starting }) { return (health, healthDetail) }
        return (.healthy, nil)
    }
}

extension ObservedNode {
    var isBad: Bool { state != .running || health == .unhealthy }
    var condition: String { state == .running ? health.rawValue : state.rawValue }
}
