public import Drivers
internal import FoundationEssentials
public import Model

extension Vault {
    /// Fresh secrets, authorities and certificates for one incarnation of a chain. No two calls share a key.
    ///
    /// - Parameters:
    ///   - host: whose address certificates may name.
    ///   - addresses: of its other machines: what names the host's address names these, too.
    /// - Throws: `badPlan`, naming what can't be made.
    public static func fresh(
        for work: ChainWork, on host: HostTarget, besides addresses: [String] = []
    ) throws(WorkError) -> Vault {
        let plan = work.plan
        try refuseDuplicates(plan.secrets.map(\.name), "secret")
        try refuseDuplicates(plan.authorities.map(\.name), "authority")
        try refuseDuplicates(plan.certificates.map(\.name), "certificate")
        let secrets = try plan.secrets.map { (secret) throws(WorkError) in (secret.name, try secret.made()) }
        var vault = Vault(secrets: Dictionary(uniqueKeysWithValues: secrets))
        guard !plan.authorities.isEmpty || !plan.certificates.isEmpty else { return vault }

        let now = Date.now
        let references = References(work, on: host, vault: Vault(secrets: [:]))
        var issuers: [String: Issuer] = [:]
        for authority in plan.authorities {
            let issuer = try Issuer(authority, at: now)
            issuers[authority.name] = issuer
            vault.authorities[authority.name] = issuer.credential
        }
        for certificate in plan.certificates {
            guard let issuer = issuers[certificate.authority] else {
                throw .badPlan(
                    "the certificate \(certificate.name) is of the authority \(certificate.authority), which is unknown")
            }
            vault.certificates[certificate.name] = try issuer.issue(certificate.reached(at: addresses), at: now, references)
        }
        return vault
    }

    private static func refuseDuplicates(_ names: [String], _ what: String) throws(WorkError) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted { throw .badPlan("the \(what) \(name) is there twice") }
    }
}

extension PlannedSecret {
    /// From the system's random source, about 5.95 bits a character.
    fileprivate func made() throws(WorkError) -> String {
        guard (16...128).contains(length) else { throw .badPlan("the secret \(name) must have 16 to 128 characters") }
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        var generator = SystemRandomNumberGenerator()
        return String((0..<length).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] })
    }
}

extension WorkError {
    static func badPlan(_ message: String) -> WorkError {
        WorkError(.terminal, .badPlan, message)
    }
}
