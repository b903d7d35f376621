-- Model P for Rumur. N is replaced by the benchmark. Pid 1 is init; 0 is no parent.
const N: 5;

type
  Pid:    1..N;
  User:   2..N;
  Parent: 0..N;
  Status: enum { free, running, zombie };

var
  status:    array [Pid] of Status;
  parent:    array [Pid] of Parent;
  subreaper: array [Pid] of boolean;
  code:      array [Pid] of 0..1;

startstate "boot"
begin
  for p: Pid do
    status[p] := free; parent[p] := 0; subreaper[p] := false; code[p] := 0;
  end;
  status[1] := running;
end;

ruleset p: Pid do
  rule "fork"
    status[p] = running & exists c: User do status[c] = free end
  ==>
  begin
    for c: User do
      if status[c] = free then
        status[c] := running; parent[c] := p; return;
      end;
    end;
  end;
end;

procedure pass_children(p: User);
var heir: Parent;
begin
  heir := parent[p];
  while heir != 1 & !subreaper[heir] do heir := parent[heir]; end;
  for c: User do
    if parent[c] = p then parent[c] := heir; end;
  end;
end;

ruleset p: User do
  rule "become subreaper" status[p] = running & !subreaper[p] ==>
  begin
    subreaper[p] := true;
  end;

  ruleset value: 0..1 do
    rule "end" status[p] = running ==>
    begin
      pass_children(p);
      status[p] := zombie; subreaper[p] := false; code[p] := value;
    end;
  end;

  rule "reap" status[p] = zombie & status[parent[p]] = running ==>
  begin
    status[p] := free; parent[p] := 0; code[p] := 0;
  end;
end;

invariant "every parent runs"
  forall p: User do status[p] != free -> status[parent[p]] = running end;

function is_rooted(p: User): boolean;
var
  q: Parent;
  steps: 0..N+1;
begin
  q := p;
  steps := 0;
  while q != 1 & q != 0 & steps <= N do
    q := parent[q];
    steps := steps + 1;
  end;
  return q = 1;
end;

invariant "the pids are one tree"
  forall p: User do status[p] != free -> is_rooted(p) end;

invariant "exit codes are recorded"
  status[1] = running &
  forall p: Pid do
    (status[p] = free -> parent[p] = 0 & !subreaper[p] & code[p] = 0) &
    (status[p] = running -> code[p] = 0) &
    (status[p] = zombie -> !subreaper[p])
  end;
