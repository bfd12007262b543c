import Crypto
import Drivers
import FoundationEssentials
import Model

/// The names of the objects of one incarnation of a chain. A swarm keeps the names of every kind unique.
struct SwarmNames {
    private let prefix: String

    init(chain: ChainID, incarnation: Int) {
        prefix = chain.objectPrefix(incarnation: incarnation)
    }

    init(_ work: ChainWork) {
        self.init(chain: work.id, incarnation: work.desired.incarnation)
    }

    var network: String { prefix }
    var vault: String { "\(prefix).vault" }

    /// Services' names are DNS labels, of 63 characters at most.
    func service(_ node: String) -> String { Self.fitted("\(prefix)-\(node)") }
    func task(_ task: String) -> String { Self.fitted("\(prefix)-task-\(task)") }
    func volume(_ name: String, of node: String) -> String { "\(prefix)-\(node).\(name)" }

    /// A file never changes: another content is another name.
    func file(_ content: [UInt8], at path: String, of owner: String, madeFrom vault: SealedVault) -> String {
        var hash = SHA256()
        for part in [Array(vault.text.utf8), Array(owner.utf8), Array(path.utf8), content] {
            hash.update(data: Data("\(part.count) ".utf8))
            hash.update(data: Data(part))
        }
        return "\(prefix).\(hash.finalize().hexadecimal.prefix(24))"
    }

    private static func fitted(_ name: String) -> String {
        guard name.utf8.count > 63 else { return name }
        return "\(name.prefix(50))-\(SHA256.hash(data: Data(name.utf8)).hexadecimal.prefix(12))"
    }
}

extension Sequence<UInt8> {
    fileprivate var hexadecimal: String {
        map { String(0x100 + Int($0), radix: 16).dropFirst() }.joined()
    }
}
