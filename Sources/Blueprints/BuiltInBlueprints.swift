import Embedded
import Synchronization

/// The blueprints of `schemas/blueprints/`, which are built into the program, each in the file of its name. One is read when it is
/// first asked for: reading YAML is a good part of what a program weighs, and most that run never ask.
final class BuiltInBlueprints: Sendable {
    static let shared = BuiltInBlueprints()

    private let files: [String: EmbeddedFile]
    private let read = Mutex<[String: Blueprint]>([:])

    private init() {
        let suffix = ".yaml"
        let files = EmbeddedFile.below("schemas/blueprints").filter { $0.name.hasSuffix(suffix) }
        self.files = Dictionary(
            files.map { (String($0.name.dropLast(suffix.count)), $0) }, uniquingKeysWith: { first, _ in first })
    }

    var names: Set<String> { Set(files.keys) }

    /// - Throws: what is wrong with a broken one, with its file's name.
    func blueprint(named name: String) throws(BlueprintError) -> Blueprint? {
        if let known = read.withLock({ $0[name] }) { return known }
        guard let file = files[name] else { return nil }
        do {
            let blueprint = try Blueprint(yaml: file.text)
            read.withLock { $0[name] = blueprint }
            return blueprint
        } catch {
            throw error.in(file: file.name)
        }
    }
}
