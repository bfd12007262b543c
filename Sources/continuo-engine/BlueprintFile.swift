import ArgumentParser
import Blueprints
import FoundationEssentials
import Settings

enum BlueprintFile {
    /// The text of a file, `-` for the standard input.
    static func read(_ path: String) throws -> String {
        do {
            return String(decoding: try Data(contentsOf: URL(filePath: path == "-" ? "/dev/stdin" : path)), as: UTF8.self)
        } catch {
            throw Exit.with(ExitCode(66), "\(path) can't be read: \(error.localizedReason)")
        }
    }
}

extension BlueprintCatalogue {
    /// The built-in blueprints, and those of the operator's folder.
    static func all(_ environment: Settings.Environment) throws -> BlueprintCatalogue {
        var catalogue = try BlueprintCatalogue.embedded()
        let variable = "CONTINUO_BLUEPRINTS"
        guard let folder = environment.text(variable) else { return catalogue }
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            for name in names.sorted() where name.hasSuffix(".yaml") {
                let file = URL(filePath: folder).appending(path: name)
                try catalogue.add(yaml: String(decoding: try Data(contentsOf: file), as: UTF8.self), from: file.path)
            }
        } catch let error as BlueprintError {
            let lines = error.problems.map(\.description).joined(separator: "\n")
            throw SettingError(variable, value: folder, rule: "a blueprint there is broken\n\(lines)")
        } catch {
            throw SettingError(variable, value: folder, rule: "must be a folder that can be read: \(error.localizedReason)")
        }
        return catalogue
    }
}

extension Error {
    fileprivate var localizedReason: String {
        (self as? CocoaError).map { "\($0.code)" } ?? "\(self)"
    }
}
