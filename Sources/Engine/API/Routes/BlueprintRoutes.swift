import Blueprints
import HTTPTypes
import Model

extension API {
    var blueprintRoutes: [Route] {
        [
            Route(.get, "/v1/blueprints", .known, handler: listBlueprints),
            Route(.get, "/v1/blueprints/{name}", .known, handler: getBlueprint),
        ]
    }

    private func listBlueprints(_ call: Call) throws -> Answer {
        try call.refuseAnyField()
        return .list(recipes.blueprints.names.compactMap { recipes.blueprints.blueprint(named: $0)?.json }, next: nil)
    }

    private func getBlueprint(_ call: Call) throws -> Answer {
        try call.refuseAnyField()
        let name = call.parameters["name"] ?? ""
        guard let blueprint = recipes.blueprints.blueprint(named: name) else {
            throw Problem.notFound("There is no blueprint \(name.prefix(100)).")
        }
        return Answer(.ok, json: blueprint.json)
    }
}
