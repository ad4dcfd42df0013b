#!/bin/sh
# Captures visits in the stack of template.yaml, at every host that one can log in to.
#
#   sh capture.sh STACK FOLDER VISIT ...
#
# FOLDER gets a folder for this state of the stack; compare.py reads it. The visits:
#   page     the client fetches a page through the balancer
#   forged   the same, with an X-Forwarded-For of its own
#   late     web answers after 400 s of silence; eight minutes; Balancer=network only
#   out      web fetches a page from server, through the NAT
#   closed   web asks server's port 443, where nobody listens
#   dropped  web asks server's port 8080, which the NAT instance's security group refuses
#   gone     TERMINATES the NAT instance, then web asks server; the last one, then delete the stack
#
# Needed: the AWS CLI, version 2, with rights for the stack; ssh with the key of the parameter
# KeyName (ssh-add it). client and server are reached by their public addresses, web and the NAT
# by the stack's EC2 Instance Connect endpoint. Never run on AWS so far; tried without it.
set -eu
[ $# -ge 3 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
stack=$1 folder=$2
shift 2

said=$(aws cloudformation describe-stacks --stack-name "$stack" --output json)
output() {
  printf '%s' "$said" | tr -d ' \n' | tr '{' '\n' |
    sed -n "s/.*\"OutputKey\":\"$1\",\"OutputValue\":\"\([^\"]*\)\".*/\1/p"
}
balancer=$(output Balancer) nat=$(output Nat) vpc=$(output Vpc) name=$(output Name)
client=$(output ClientAddress) server=$(output ServerAddress)
web=$(output Web) nathost=$(output NatHost)
here=$folder/$balancer-$nat-$(output DefaultRoute)
points='client server web'
[ "$nat" = gateway ] || points="$points nat"

mkdir -p "$here"
printf '%s\n' "$said" > "$here/stack.json"
aws ec2 describe-network-interfaces --filters "Name=vpc-id,Values=$vpc" --output json > "$here/interfaces.json"
aws ec2 describe-subnets --filters "Name=vpc-id,Values=$vpc" --output json > "$here/subnets.json"

# at POINT COMMAND: runs a command there
at() {
  case $1 in
    client) host=$client id= ;;
    server) host=$server id= ;;
    web) host=$web id=$web ;;
    nat) host=$nathost id=$nathost ;;
    *) echo "capture: no point $1" >&2; return 2 ;;
  esac
  set -- "$2"
  if [ -n "$id" ]; then
    ssh -n -o StrictHostKeyChecking=accept-new -o LogLevel=ERROR \
      -o ProxyCommand="aws ec2-instance-connect open-tunnel --instance-id $id" "ec2-user@$host" "$1"
  else
    ssh -n -o StrictHostKeyChecking=accept-new -o LogLevel=ERROR "ec2-user@$host" "$1"
  fi
}

# what runs at each point: a capture for each direction, so that nobody has to guess it
# shellcheck disable=SC2016 # the shell over there expands it
begin='sudo rm -f /tmp/in.pcap /tmp/out.pcap
device=$(ip -o route show default | sed "s/.* dev \([^ ]*\).*/\1/;q")
for way in in out; do
  sudo nohup tcpdump -i "$device" -p -n -U -Z root -Q "$way" -w "/tmp/$way.pcap" "tcp and not port 22" > /dev/null 2>&1 &
done
until [ -s /tmp/in.pcap ] && [ -s /tmp/out.pcap ]; do sleep 0.2; done'
finish='sudo pkill -INT -x tcpdump; sleep 1; sudo chmod a+r /tmp/in.pcap /tmp/out.pcap'

# capture VISIT POINT COMMAND: captures everywhere while a command runs at a point
capture() {
  mkdir -p "$here/$1"
  for point in $points; do at "$point" "$begin"; done
  at "$2" "$3" || true # a visit may fail, and that is what is to be seen
  sleep 4
  for point in $points; do
    at "$point" "$finish"
    for way in in out; do at "$point" "cat /tmp/$way.pcap" > "$here/$1/$point-$way.pcap"; done
  done
  echo "captured: $here/$1"
}

ask='curl --silent --show-error --noproxy "*" --no-keepalive --max-time'
for visit in "$@"; do
  case $visit in
    page) capture page client "$ask 10 --local-port 50000 http://$name/page" ;;
    forged) capture forged client "$ask 10 --local-port 50001 -H 'X-Forwarded-For: 198.51.100.99' http://$name/forged" ;;
    late) capture late client "$ask 430 --local-port 50002 http://$name/late" ;;
    out) capture out web "$ask 10 --local-port 50003 http://$server/out" ;;
    closed) capture closed web "$ask 10 --local-port 50004 http://$server:443/closed" ;;
    dropped) capture dropped web "$ask 10 --local-port 50005 http://$server:8080/dropped" ;;
    gone)
      aws ec2 terminate-instances --instance-ids "$nathost" > /dev/null
      aws ec2 wait instance-terminated --instance-ids "$nathost"
      points='client server web'
      capture gone web "$ask 10 --local-port 50006 http://$server/gone"
      aws ec2 describe-route-tables --filters "Name=vpc-id,Values=$vpc" --output json > "$here/gone/routes.json"
      ;;
    *) echo "capture: no visit $visit" >&2; exit 2 ;;
  esac
done
