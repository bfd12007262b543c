import Foundation
import Model
import Yams

extension Tree {
    /// Limits of a blueprint's file. Aliases count as often as they are used.
    enum Limit {
        static let bytes = 262_144
        static let values = 50_000
        static let depth = 40
    }

    /// Reads YAML (1.1, as libyaml does) whose mappings have text keys; doubled keys are refused.
    init(yaml: String) throws(BlueprintError) {
        guard yaml.utf8.count <= Limit.bytes else { throw BlueprintError("blueprint", rule: "must have at most 256 KiB") }
        do {
            let reader = YAMLReader()
            self = try reader.tree(try Yams.compose(yaml: yaml) ?? Node(""), at: Place(path: "", line: 1, column: 1))
        } catch let error as BlueprintError {
            throw error
        } catch let error as YamlError {
            throw BlueprintError([error.problem])
        } catch {
            throw BlueprintError("blueprint", rule: "is no YAML: \(error)")
        }
    }
}

private final class YAMLReader {
    private var left = Tree.Limit.values

    func tree(_ node: Node, at place: Place, depth: Int = 0) throws -> Tree {
        left -= 1
        guard left >= 0, depth <= Tree.Limit.depth else {
            let rule = left < 0 ? "holds more than \(Tree.Limit.values) values" : "is nested deeper than \(Tree.Limit.depth)"
            throw BlueprintError([.init(place, rule: rule)])
        }
        switch node {
        case .scalar: return Tree(try scalar(node, at: place.marked(node.mark)), at: place.marked(node.mark))
        case .sequence(let items):
            return Tree(
                .list(
                    try items.enumerated().map { try tree($1, at: place.marked($1.mark).item($0), depth: depth + 1) }),
                at: place)
        case .mapping(let members): return Tree(.mapping(try self.members(members, at: place, depth: depth + 1)), at: place)
        case .alias: throw BlueprintError([.init(place.marked(node.mark), rule: "is an alias of nothing")])
        }
    }

    /// A list or mapping stands where its key does.
    private func members(_ members: Node.Mapping, at place: Place, depth: Int) throws -> [String: Tree] {
        var result: [String: Tree] = [:]
        for (key, value) in members {
            guard let name = key.any as? String else {
                throw BlueprintError([.init(place.marked(key.mark), value: key.string, rule: "has a key that is no text")])
            }
            result[name] = try tree(value, at: place.marked(key.mark).member(name), depth: depth)
        }
        return result
    }

    private func scalar(_ node: Node, at place: Place) throws -> Tree.Content {
        switch node.any {
        case let flag as Bool: return .scalar(.bool(flag))
        case let number as Int: return .scalar(.integer(number))
        case let number as Double: return .scalar(.number(number))
        case let text as String: return .scalar(.string(text))
        case is NSNull: return .nothing
        default:
            throw BlueprintError([.init(place, value: node.string, rule: "is of a kind that blueprints don't have; quote it")])
        }
    }
}

extension Place {
    fileprivate func marked(_ mark: Mark?) -> Place {
        Place(path: path, line: mark?.line ?? line, column: mark?.column ?? column)
    }
}

extension YamlError {
    fileprivate var problem: BlueprintError.Problem {
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            .init(Place(path: "blueprint", line: mark.line, column: mark.column), rule: "is no YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            .init(
                Place(path: "blueprint", line: context.mark.line, column: context.mark.column),
                value: keys.joined(separator: ", "), rule: "is a key that stands there twice")
        default: .init(path: "blueprint", rule: "is no YAML: \(self)")
        }
    }
}
