import ArgumentParser
import Blueprints
import Glibc
import Settings

enum BlueprintFile {
    struct Unreadable: Error {
        let path: String
        let reason: String
    }

    /// The text of a file, `-` for the standard input; no more of it than a little over what a blueprint may have.
    static func read(_ path: String) throws(Unreadable) -> String {
        let file = path == "-" ? dup(0) : open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Unreadable(path: path, reason: reason()) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= 262_144 {
            let count = Glibc.read(file, &piece, piece.count)
            guard count >= 0 else { throw Unreadable(path: path, reason: reason()) }
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The names of the YAML files in a folder, in order.
    static func names(in folder: String) throws(Unreadable) -> [String] {
        guard let stream = opendir(folder) else { throw Unreadable(path: folder, reason: reason()) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".yaml"), !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private static func reason() -> String {
        String(cString: strerror(errno))
    }
}

extension BlueprintCatalogue {
    /// The built-in blueprints, and those of the operator's folder.
    static func all(_ environment: Settings.Environment) throws -> BlueprintCatalogue {
        var catalogue = try BlueprintCatalogue.embedded()
        let variable = "CONTINUO_BLUEPRINTS"
        guard let folder = environment.text(variable) else { return catalogue }
        do {
            for name in try BlueprintFile.names(in: folder) {
                let path = "\(folder)/\(name)"
                try catalogue.add(yaml: try BlueprintFile.read(path), from: path)
            }
        } catch let error as BlueprintError {
            let lines = error.problems.map(\.description).joined(separator: "\n")
            throw SettingError(variable, value: folder, rule: "a blueprint there is broken\n\(lines)")
        } catch let error as BlueprintFile.Unreadable {
            throw SettingError(variable, value: folder, rule: "\(error.path) can't be read: \(error.reason)")
        }
        return catalogue
    }
}
