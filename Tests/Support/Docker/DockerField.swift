public import Drivers
import Foundation
public import Model
import Vaults

/// A place on the test daemon that belongs to one test: an installation, a host, subnets and ports of its own.
public struct DockerField: Sendable {
    public let docker: Docker
    public let host: HostTarget
    public let context: WorkContext
    public var installation: InstallationID { context.installation }

    /// Gives `body` a field, and removes everything of it afterwards.
    /// - Throws: `Unmet` when the body left objects of it on the daemon.
    public static func using(_ body: (DockerField) async throws -> Void) async throws {
        let field = try await DockerField(Docker.forTests())
        do {
            try await body(field)
        } catch {
            _ = try await field.docker.removeAll(of: field.installation)
            throw error
        }
        let left = try await field.docker.removeAll(of: field.installation)
        guard left.isEmpty else { throw Unmet("left behind: \(left)") }
    }

    private init(_ docker: Docker) async throws {
        self.docker = docker
        host = HostTarget(id: .fresh(), driver: .docker, endpoint: docker.url, address: "127.0.0.1")
        context = WorkContext(installation: .fresh(), vaults: PlainSmith(), mayAct: {})
    }
}

/// Makes vaults that anybody can read: what tests check is where they lie, not how they are sealed.
public struct PlainSmith: VaultSmith {
    private struct Content: Codable {
        var chain: ChainID
        var incarnation: Int
        var vault: Vault
    }

    public init() {}

    public func forge(
        for work: ChainWork, on host: HostTarget, besides addresses: [String]
    ) throws(WorkError) -> SealedVault {
        let content = Content(
            chain: work.id, incarnation: work.desired.incarnation, vault: try Vault.fresh(for: work, on: host, besides: addresses)
        )
        guard let data = try? JSONEncoder().encode(content) else { throw WorkError(.terminal, .internal, "not encodable") }
        return SealedVault(data.base64EncodedString())
    }

    public func open(_ vault: SealedVault, chain: ChainID, incarnation: Int) throws(WorkError) -> Vault {
        guard let data = Data(base64Encoded: vault.text), let content = try? JSONDecoder().decode(Content.self, from: data),
            content.chain == chain, content.incarnation == incarnation
        else { throw WorkError(.terminal, .vaultUnreadable, "another chain's or incarnation's vault") }
        return content.vault
    }
}

/// Something that a test needs is not as it should be.
public struct Unmet: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}
