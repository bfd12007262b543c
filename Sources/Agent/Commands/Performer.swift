internal import CrashPoints
internal import Drivers
internal import Model
internal import Wire

/// Does what a command asks for, by the driver.
struct Performer: Sendable {
    /// How often a host is looked at again for objects that appeared while others were removed.
    private static let cleanseRounds = 5
    let driver: any Driver
    let installation: InstallationID
    let site: String
    let key: SitePrivateKey
    let allow: EndpointAllowList
    let term: TermKeeper

    /// For who only looks. What comes in the first moments waits for the first heartbeat.
    ///
    /// - Parameter patience: for so long.
    func context(for host: HostTarget, patience: Duration) async throws(WorkError) -> WorkContext {
        _ = await term.waitUntilRunning(atMost: patience)
        return try context(for: host, right: term.right)
    }

    /// Whoever calls the driver goes through here: the endpoint is allowed, and every call asks for the term.
    private func context(
        for host: HostTarget, right: TermKeeper.Right?, progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) throws(WorkError) -> WorkContext {
        try allow.check(host)
        let term = term
        return WorkContext(
            installation: installation, vaults: SiteVaultSmith(key: key), credentials: try credentials(of: host),
            mayAct: { () throws(WorkError) in
                try term.mayAct(right)
                CrashPoint.beforeAct.reach()
            },
            progress: progress)
    }

    private func credentials(of host: HostTarget) throws(WorkError) -> HostCredentials? {
        guard let sealed = host.sealedCredentials else { return nil }
        do {
            return try CredentialSeal(of: host, site: site).open(sealed, with: key)
        } catch {
            throw WorkError(
                .terminal, .badCredentials,
                """
                the host's credentials are sealed to another key than this agent's (\(key.publicKey.base64) of the site \(site)), or for \
                another endpoint; give them again (PATCH /v1/hosts/\(host.id)), or start the site's agents with the newest site file
                """)
        }
    }

    /// - Parameter right: of the term in which the work was said to have started.
    func perform(
        _ command: Command, right: TermKeeper.Right, progress: @escaping @Sendable (Progress) -> Void
    ) async throws(WorkError) -> Report.Outcome {
        defer { CrashPoint.afterAct.reach() }
        let host = command.host
        let context = try context(for: host, right: right, progress: progress)
        switch command.work {
        case .probe: return .probed(try await driver.probe(host, context))
        case .converge(let work): return .converged(try await driver.converge(work, on: host, context))
        case .cleanse:
            try await cleanse(host, context)
            return .cleansed
        case .remove(let objects):
            try await driver.remove(objects, on: host, context)
            return .cleansed
        }
    }

    private func cleanse(_ host: HostTarget, _ context: WorkContext) async throws(WorkError) {
        for round in 1...Self.cleanseRounds {
            let objects = try await driver.observe(host, context).objects(on: host.driver)
            guard !objects.isEmpty else { return }
            context.progress(Progress(done: round - 1, total: round, step: "removing \(objects.count) objects"))
            try await driver.remove(objects, on: host, context)
        }
        let left = try await driver.observe(host, context).objects(on: host.driver).count
        guard left > 0 else { return }
        throw WorkError(.transient, .hostRefused, "\(left) objects of this installation are still on the host")
    }
}

extension HostObservation {
    /// Everything that was seen, by name, nodes first.
    fileprivate func objects(on driver: DriverKind) -> [ObjectReference] {
        let all = chains.flatMap { $0.references(on: driver) }
        return all.filter { $0.kind == .container || $0.kind == .service }
            + all.filter { $0.kind != .container && $0.kind != .service }
    }
}
