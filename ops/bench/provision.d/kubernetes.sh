# shellcheck shell=bash
# The yardstick on Kubernetes: kubectl, with the objects that Continuo itself makes for the same chain. Sourced by ops/bench/provision.

# start_cluster: sets cluster (its endpoint), cluster_docker and KUBECONFIG.
start_cluster() {
    local printed
    printed=$(ops/testbed/kubernetes start "$scratch/kubernetes")
    export KUBECONFIG=${printed%%$'\n'*}
    cluster_docker=${printed##*$'\n'}
    cluster=$(kubectl config view --output 'jsonpath={.clusters[0].cluster.server}')
}

# take_manifests: keeps what Continuo made for a chain as manifests, without what the cluster added. The labels get other names, or
# Continuo would take them for its own.
take_manifests() {
    local chain space kinds=serviceaccounts,limitranges,resourcequotas,networkpolicies,services,persistentvolumeclaims,secrets,statefulsets
    chain=$(wait_for_operation POST /v1/chains "{\"host\": \"$host\", \"blueprint\": \"bench-provision\"}" | jq --raw-output .id)
    space=$(kubectl get namespaces --selector "continuo.chain=$chain" --output 'jsonpath={.items[0].metadata.name}')
    {
        kubectl get namespace "$space" --output json
        kubectl --namespace "$space" get "$kinds" --output json
    } | jq --slurp --arg space "$space" '
        {apiVersion: "v1", kind: "List", items: [.[0], .[1].items[]
            | select(.metadata.name != "default" and .type != "kubernetes.io/service-account-token")
            | del(.status, .secrets, .spec.finalizers, .spec.clusterIP, .spec.clusterIPs, .spec.volumeName)
            | .metadata |= {name, namespace, labels,
                annotations: ((.annotations // {}) | with_entries(select(.key | contains("kubernetes.io/") | not)))}
            | del(.metadata.namespace | nulls)]}' |
        sed "s/$space/NAMESPACE/g; s/continuo\\./bench./g" > "$scratch/manifests.json"
    wait_for_operation DELETE "/v1/chains/$chain" > /dev/null
}

manifests() {
    local begun=$EPOCHREALTIME space=bench$RANDOM
    sed "s/NAMESPACE/$space/g" "$scratch/manifests.json" | kubectl apply --filename - > /dev/null
    # It refuses to wait for a pod that is not there yet.
    until kubectl --namespace "$space" wait --for condition=Ready --timeout 60s pod/node{1,2,3,4}-0 > /dev/null 2>&1; do :; done
    since "$begun"
    kubectl --namespace "$space" delete statefulsets,pods --all --grace-period 1 > /dev/null 2>&1
    kubectl delete namespace "$space" > /dev/null
}
