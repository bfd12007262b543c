# shellcheck shell=bash
# The host of an installation that runs its chains on Kubernetes: a cluster of one machine in namespaces of this one. See docker.sh.

# shellcheck disable=SC2034  # used by those who source this
start_host() {
    local printed
    printed=$(ops/testbed/kubernetes start "$state/kubernetes")
    kubeconfig=${printed%%$'\n'*} daemons=("${printed##*$'\n'}")
    endpoint=$(kubectl --kubeconfig "$kubeconfig" config view --output 'jsonpath={.clusters[0].cluster.server}')
    address=${endpoint#https://}
    allow=tcp://$address
    address=${address%:*}
    credentials=$(jq --null-input --rawfile kubeconfig "$kubeconfig" '{$kubeconfig}')
}

clear_host() {
    [[ -d $state/kubernetes ]] || return 0
    start_host
    kubectl --kubeconfig "$kubeconfig" delete namespaces --selector "continuo.installation=$1" > /dev/null
}

stop_host() { ops/testbed/kubernetes stop "$state/kubernetes"; }

see_nodes() { printf 'kubectl --kubeconfig %s get pods --all-namespaces' "$kubeconfig"; }
