import Ledger
import Model
import Synchronization
import Wire

/// Signs and verifies for this installation, as soon as the ledger has said which one it is.
final class WireSeal: Sendable {
    private let root: RootKey
    private let ledger: Ledger
    private let known = Mutex<InstallationID?>(nil)

    init(root: RootKey, ledger: Ledger) {
        self.root = root
        self.ledger = ledger
    }

    /// - Throws: `LedgerError`, also when the ledger's version is not one that this program works on.
    func signer() async throws -> Signer {
        Signer(root: root, installation: try await installation())
    }

    func verifier() async throws -> Verifier {
        Verifier(root: root, installation: try await installation())
    }

    private func installation() async throws -> InstallationID {
        if let installation = known.withLock({ $0 }) { return installation }
        try await ledger.checkVersion()
        let installation = try await ledger.installation()
        known.withLock { $0 = installation }
        return installation
    }
}
