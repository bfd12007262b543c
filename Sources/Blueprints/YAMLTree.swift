import Foundation
import Model
import Yams

extension JSONValue {
    /// Reads YAML (1.1, as libyaml does) whose mappings have text keys; doubled keys are refused.
    init(yaml: String) throws(BlueprintError) {
        do {
            self = try JSONValue(tree: try Yams.load(yaml: yaml), at: "blueprint")
        } catch let error as BlueprintError {
            throw error
        } catch {
            throw BlueprintError("blueprint", rule: "is no YAML: \(error)")
        }
    }

    private init(tree: Any?, at path: String) throws {
        switch tree {
        case let flag as Bool: self = .bool(flag)
        case let number as Int: self = .integer(number)
        case let number as Double: self = .number(number)
        case let text as String: self = .string(text)
        case let items as [Any]: self = .array(try items.enumerated().map { try JSONValue(tree: $1, at: "\(path)[\($0)]") })
        case let members as [AnyHashable: Any]: self = .object(try Self.members(members, at: path))
        case nil, is NSNull: self = .null
        case let other?: throw BlueprintError(path, "\(other)", rule: "is of a kind that blueprints don't have")
        }
    }

    private static func members(_ members: [AnyHashable: Any], at path: String) throws -> [String: JSONValue] {
        var result: [String: JSONValue] = [:]
        for (key, value) in members {
            guard let name = key.base as? String else { throw BlueprintError(path, "\(key)", rule: "has a key that is no text") }
            result[name] = try JSONValue(tree: value, at: "\(path).\(name)")
        }
        return result
    }
}
