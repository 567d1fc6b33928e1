"""The bench's sound card with a memory that goes round, room for several processes, limits and whims."""

from __future__ import annotations

import re

ATTACH = re.compile(r"static void attach\(void\)\{.*?\n.*?\n.*?\n")
OF_THE_TEST = re.compile(r"T->(mode|credit|kill_device|in_mode|prio|spare)\b")

COMMON = r"""
#include <math.h>
#include <stdio.h>
#include <sys/file.h>
static int is_shared, is_exclusive, counts[16], rates[16];
static int listed(const char*name,int*to){
  const char*p=getenv(name); int n=0;
  while(p&&*p&&n<15){ to[n++]=atoi(p); p=strchr(p,','); if(p)p++; }
  return n; }
static Tele*mapped(const char*f){
  Tele*m=MAP_FAILED; int fd=f?open(f,O_RDWR|O_CREAT|O_CLOEXEC,0666):-1;
  if(fd>=0){
    if(ftruncate(fd,sizeof(Tele))==0) m=mmap(0,sizeof(Tele),PROT_READ|PROT_WRITE,MAP_SHARED,fd,0);
    close(fd); }
  if(m==MAP_FAILED) m=mmap(0,sizeof(Tele),PROT_READ|PROT_WRITE,MAP_PRIVATE|MAP_ANONYMOUS,-1,0);
  m->magic=0x46504131; return m; }
static void limits(void);
static void attach(void){
  if(T)return;
  const char*f=getenv("FAKEPA_FILE"),*how=getenv("FAKEPA_SHARING"); char own[4096]; (void)dummy_tsc;
  is_shared=how&&!strcmp(how,"shared"); is_exclusive=how&&!strcmp(how,"exclusive");
  C=mapped(f); limits();
  if(f&&is_shared){ snprintf(own,sizeof own,"%s.%d",f,(int)getpid()); T=mapped(own); } else T=C; }
static int locked(int dev){
  const char*f=getenv("FAKEPA_FILE"); char own[4096]; if(!f)return 0;
  snprintf(own,sizeof own,"%s.lock%d",f,dev);
  int fd=open(own,O_RDWR|O_CREAT|O_CLOEXEC,0666);
  if(fd>=0&&flock(fd,LOCK_EX|LOCK_NB)){ close(fd); return -1; }
  return fd; }
static int among(const int*list,int wanted){
  if(!list[0])return 1;
  for(int i=0;list[i];i++) if(list[i]==wanted) return 1;
  return 0; }
static double on_grid(double t,double per){ return is_shared?ceil(t/per)*per:t; }
static int64_t heard_so_far(double t,double per,int64_t block,int64_t pos){
  return is_shared?(int64_t)(t/per+.5)*block:pos; }
static int stopped(void){
  int how=(int)C->spare[0]; if(!how) return 0;
  if(how==2) usleep(3000000);
  C->kill_device=1; return -9999; }
"""

LIMITS = r"""
static void limits(void){
  int n=listed("FAKEPA_CHANNELS",counts), most=0; listed("FAKEPA_RATES",rates);
  for(int i=0;i<n;i++) if(counts[i]>most) most=counts[i];
  for(int d=0;d<2;d++){ if(n) DEV[d].maxOut=most; if(rates[0]>=8000) DEV[d].rate=rates[0]; } }
static PaError refused(const PaStreamParameters*o,double r){
  attach();
  if(o&&(o->ch<1||o->ch>DEV[o->device].maxOut||!among(counts,o->ch))) return -9998;
  return r>=4000&&r<=400000&&among(rates,(int)r)?0:-9997; }
PaError Pa_Initialize("""

PATCHES = (
    ("static Tele*T;", "static Tele*T,*C;"),
    # the memory goes round
    ("if(T->recn+i<REC) T->mic[T->recn+i]=v;", "T->mic[(T->recn+i)%REC]=v;"),
    ("if(T->recn+i<REC){ T->played[T->recn+i]=", "{ T->played[(T->recn+i)%REC]="),
    ("if(k<65536){T->pause_t[k]=t;", "{k%=65536;T->pause_t[k]=t;"),
    ("if(k<MAXCB){T->t_due[k]=", "k%=MAXCB;{T->flags[k]=0;T->t_due[k]="),
    ("if(k<MAXCB)T->flags[k]=", "T->flags[k]="),
    # several processes are called at the same moments
    ("double t=now();\n  while(s->run)",
     "double t=on_grid(now(),per_d); T->pos=heard_so_far(t,per_d,s->block,T->pos);\n  while(s->run)"),
    ("{ T->slips++; t=n; }",
     "{ T->slips++; t=on_grid(n,per_d); T->pos=heard_so_far(t,per_d,s->block,T->pos); if(is_shared)sleep_until(t); }"),
    # or only one
    ("double rate; pthread_t th", "double rate; int lock; pthread_t th"),
    ("return -9985; S*s=calloc(1,sizeof *s);",
     "return -9985; PaError no=refused(o,r); if(no) return no;"
     " int lock=is_exclusive?locked(o?o->device:0):0; if(lock<0) return -9985;"
     " S*s=calloc(1,sizeof *s); s->lock=lock;"),
    ("T->closes++; free(s->ib);", "T->closes++; if(s->lock>0)close(s->lock); free(s->ib);"),
    # limits
    ("PaError Pa_Initialize(", LIMITS),
    ("const PaStreamParameters*o,double r){return 0;}", "const PaStreamParameters*o,double r){return refused(o,r);}"),
    ('e==-9985?"Device unavailable":',
     'e==-9985?"Device unavailable":e==-9997?"Invalid sample rate":e==-9998?"Invalid number of channels":'),
    # whims
    ("PaError Pa_StartStream(void*v){ S*s=v;",
     "PaError Pa_StartStream(void*v){ S*s=v; if(C->spare[1]>>s->dev&1) return -9985;"),
    ("s->ng=0; T->stops++; return 0; }", "s->ng=0; T->stops++; return stopped(); }"),
    ("S*s=v; if(s->run){ s->run=0;", "S*s=v; int said=0; if(s->run){ said=stopped(); s->run=0;"),
    ("free(s->ob); free(s); return 0; }", "free(s->ob); free(s); return said; }"),
)  # fmt: skip


def card_source(bench: str) -> str:
    """C source of the card, from the bench's own."""
    source = OF_THE_TEST.sub(r"C->\1", bench)
    source = ATTACH.sub(lambda _: COMMON, source, count=1)
    for old, new in PATCHES:
        assert old in source, f"the bench's card has changed: {old}"
        source = source.replace(old, new)
    return source
